import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type CtyObject, serveProvider } from '@plinth/tfplugin';

// A provider whose resources are files, which anybody can change besides.

const pathOf = (state: CtyObject): string => String(state['path']);
const write = ({ planned }: { readonly planned: CtyObject }): { readonly state: CtyObject } => {
  writeFileSync(pathOf(planned), String(planned['text']));
  return { state: planned };
};

await serveProvider(
  {
    resources: {
      disk_file: {
        schema: {
          block: {
            attributes: {
              path: { type: 'string', required: true },
              text: { type: 'string', required: true },
            },
          },
        },
        create: write,
        update: write,
        read: ({ state }) => {
          try {
            return { state: { ...state, text: readFileSync(pathOf(state), 'utf8') } };
          } catch {
            return null;
          }
        },
        delete: ({ state }) => rmSync(pathOf(state), { force: true }),
      },
    },
  },
  process,
);

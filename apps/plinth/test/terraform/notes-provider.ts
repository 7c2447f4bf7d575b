import { type CtyObject, serveProvider } from '@plinth/tfplugin';

// A provider whose resources are texts, for what installs it.

await serveProvider(
  {
    resources: {
      notes_note: {
        schema: {
          block: {
            attributes: {
              id: { type: 'string', computed: true },
              text: { type: 'string', required: true },
            },
          },
        },
        create: ({ planned }: { readonly planned: CtyObject }) => ({
          state: { ...planned, id: `note-${String(planned['text']).length}` },
        }),
        update: ({ planned }: { readonly planned: CtyObject }) => ({ state: planned }),
      },
    },
  },
  process,
);

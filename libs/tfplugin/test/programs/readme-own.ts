import { ProviderError, serveProvider } from '@plinth/tfplugin';

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
        validate(config) {
          if (config['text'] === '') throw new ProviderError('A note needs a text', { path: ['text'] });
        },
        create: ({ planned }) => ({ state: { ...planned, id: `note-${String(planned['text']).length}` } }),
        update: ({ planned }) => ({ state: planned }),
      },
    },
  },
  process,
);

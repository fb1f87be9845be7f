import { createServer } from 'node:http';
import { readSettings } from './settings.ts';
import { handle } from './site.ts';
import { makeWorld } from './world.ts';

const settings = readSettings(process.env);
const world = makeWorld(settings);
const server = createServer((request, response) => void handle(world, request, response));
server.listen(settings.port, settings.host, () => {
  console.log(`Sample training site: ${settings.origin}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
// Started by the demo, the site ends with it, also when the demo had no chance to say so.
process.once('disconnect', () => process.exit(0));

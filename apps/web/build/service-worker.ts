import type { PluginOption } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

// The worker lies at the root because its scope /app/ must not reach /app-api, /check or /console; a file name
// under app/ fails silently (DESIGN, traps). It precaches what the app page needs to open without a network.

// Eight characters of hash: a chunk that pages have in common is named after a module, and the app may need it.
const OTHERS = ['check', 'console', 'identity', 'portone', 'simulator'];
const OTHER_PAGES = OTHERS.flatMap((page) => [`${page}/**`, `assets/${page}-????????.*`]);

type Entry = { url: string; revision: string | null; size: number };

const publicAddress = (entries: Entry[]) => ({
  manifest: entries.map((entry) => (entry.url === 'app/index.html' ? { ...entry, url: '/app/' } : entry)),
});

export function serviceWorker(appSlices: () => readonly string[]): PluginOption {
  return VitePWA({
    strategies: 'generateSW',
    filename: 'sw.js',
    scope: '/app/',
    registerType: 'autoUpdate',
    injectRegister: null,
    // public/manifest.webmanifest is linked by the app page alone; the plugin would link its own from every page.
    manifest: false,
    workbox: {
      globPatterns: [
        'app/**/*.html',
        'assets/**/*.{js,css}',
        ...appSlices().map((name) => `assets/${name}-*.woff2`),
      ],
      globIgnores: OTHER_PAGES,
      // The page is kept under its public address: a server need not answer the file's own.
      manifestTransforms: [publicAddress],
      navigateFallback: '/app/',
      navigateFallbackAllowlist: [/^\/app\//],
      navigateFallbackDenylist: [/^\/app-api/, /^\/check/, /^\/console/, /^\/demo/, /^\/docs/],
      cleanupOutdatedCaches: true,
      clientsClaim: true,
      skipWaiting: true,
      inlineWorkboxRuntime: true,
      sourcemap: false,
      runtimeCaching: [
        {
          urlPattern: /\/assets\/PretendardVariable[\w.-]+\.woff2$/,
          handler: 'CacheFirst',
          options: { cacheName: 'fonts', expiration: { maxEntries: 100, maxAgeSeconds: 31_536_000 } },
        },
      ],
    },
  });
}

import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const SERVER = process.env['ACCORD_SERVER'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // Fonts and workers stay files: the content policy allows no data: fonts and no inline code.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // Two large libraries that seldom change keep their cached files when our code does.
        advancedChunks: {
          groups: [
            { name: 'maplibre', test: /node_modules\/maplibre-gl/ },
            { name: 'milsymbol', test: /node_modules\/milsymbol/ },
            { name: 'en', test: /src\/words\/en\.ts/ }, // as the words of the other languages are
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: SERVER, ws: true } } },
  preview: { proxy: { '/api': { target: SERVER, ws: true } } },
  resolve: {
    // Its own entry also adds APP-6B, whose letters 2525C has too.
    alias: { 'milsymbol-sets': fileURLToPath(new URL('node_modules/milsymbol/index.mjs', import.meta.url)) },
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});

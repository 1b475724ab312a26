import { defineConfig } from 'vite';

/** The app in the frame, served at /widget/KEY with its script and style under /widget/app/. */
export default defineConfig({
  root: 'src/app',
  base: '/widget/app/',
  build: {
    outDir: '../../dist/app',
    emptyOutDir: true,
    target: ['safari15.4', 'chrome100', 'firefox101'],
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: 'app-[hash].js', assetFileNames: 'app-[hash][extname]' },
    },
  },
  test: { root: '.', include: ['test/**/*.test.ts'], environment: 'node' },
} as import('vite').UserConfig);

import { defineConfig } from 'vite';

/** The loader: one classic script, nothing else. */
export default defineConfig({
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: ['safari15.4', 'chrome100', 'firefox101'],
    cssTarget: ['safari16.4', 'chrome111', 'firefox113'],
    lib: { entry: 'src/loader.ts', formats: ['iife'], name: 'kapocsLoader', fileName: () => 'widget.js' },
  },
});

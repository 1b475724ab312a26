/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react'
import optimizeLocales from '@react-aria/optimize-locales-plugin'
import { defineConfig } from 'vite'
import { mockServer } from './mocks/plugin'
import { pseudoLanguage } from './scripts/pseudo.mjs'

const SERVER = process.env.KAPOCS_SERVER

export default defineConfig(({ mode }) => ({
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['hu-HU', 'en-GB', 'en-US'] }), enforce: 'pre' },
    // Without a real server to talk to, development and preview run on the in-memory one.
    mode !== 'test' && !SERVER && mockServer(),
    !!process.env.KAPOCS_PSEUDO && pseudoLanguage(),
  ],
  server: {
    host: '127.0.0.1',
    fs: { allow: ['..'] },
    proxy: SERVER ? { '/api': { target: SERVER, ws: true }, '/content': SERVER } : undefined,
  },
  preview: { host: '127.0.0.1' },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
}))

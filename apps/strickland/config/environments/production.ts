import { defineConfig } from 'arlen'

export default defineConfig({
  static: { maxAgeSeconds: 86_400 },
})

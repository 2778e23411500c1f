import { defineConfig } from 'arlen'

export default defineConfig({
  views: { layout: 'layouts/main' },
})

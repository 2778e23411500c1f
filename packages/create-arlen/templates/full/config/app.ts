import { defineConfig } from 'arlen'

export default defineConfig({
  openApi: { path: '/api/openapi.json', title: 'App Name' },
  views: { layout: 'layouts/main' },
})

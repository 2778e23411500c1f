import { defineConfig } from 'arlen'

export default defineConfig({
  openApi: { path: '/api/openapi.json', title: 'App Name' },
  mail: { from: 'App Name <hello@app.example>' },
  views: { layout: 'layouts/main' },
})

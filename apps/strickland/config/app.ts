import { defineConfig } from 'arlen'

export default defineConfig({
  openApi: { path: '/openapi.json', title: 'Strickland Propane' },
  views: { layout: 'layouts/main' },
})

import { defineConfig } from 'arlen'

export default defineConfig({
  mail: { from: 'Strickland Propane <shop@strickland.example>', layout: 'layouts/mail' },
  openApi: { path: '/openapi.json', title: 'Strickland Propane' },
  views: { layout: 'layouts/main' },
})

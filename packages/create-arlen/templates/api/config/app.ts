import { defineConfig } from 'arlen'

export default defineConfig({
  apiOnly: true,
  // The document. In development, a browser that opens this path gets it as a page.
  openApi: { path: '/openapi.json', title: 'App Name' },
})

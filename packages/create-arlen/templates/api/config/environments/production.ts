import { defineConfig } from 'arlen'

// Secrets and addresses come from the environment: .env.example lists them.
export default defineConfig({
  // Remove this to publish the OpenAPI document.
  openApi: false,
})

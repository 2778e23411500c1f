import { defineConfig } from 'arlen'

// Secrets and addresses come from the environment: .env.example lists them.
export default defineConfig({
  openApi: false,
  static: { maxAgeSeconds: 86_400 },
})

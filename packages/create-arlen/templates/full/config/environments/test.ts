import { defineConfig } from 'arlen'

export default defineConfig({
  log: { level: 'warn', requests: false },
})

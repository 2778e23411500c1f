import { defineScenario } from '@arlen/perf'

// The cookie is sealed anew with every answer, so its bytes differ.
export default defineScenario({
  about: 'a session of 200 bytes: begun, then read and written twice',
  app: 'gate/servers/session.ts',
  requests: [
    { path: '/start', check: 'status' },
    { path: '/count', check: 'status', contains: '"count":1' },
    { path: '/count', check: 'status', contains: '"count":2' },
  ],
})

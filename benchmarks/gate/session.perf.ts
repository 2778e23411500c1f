import { defineScenario } from '@arlen/perf'
import { SLACK } from './slack.ts'

// The cookie is sealed anew with every answer, so its bytes differ.
export default defineScenario({
  about: 'a session of 200 bytes: begun, then read and written twice',
  app: 'gate/servers/session.ts',
  slack: SLACK,
  requests: [
    { path: '/start', check: 'status' },
    { path: '/count', check: 'status', contains: '"count":1' },
    { path: '/count', check: 'status', contains: '"count":2' },
  ],
})

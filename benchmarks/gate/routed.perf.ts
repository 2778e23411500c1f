import { defineScenario } from '@arlen/perf'
import { SLACK } from './slack.ts'

export default defineScenario({
  about: 'one of forty routes, with a path parameter; a path that is not there; a method that is not there',
  app: 'gate/servers/routed.ts',
  slack: SLACK,
  requests: [
    '/api/products/217',
    { path: '/api/nothing/here', status: 404, check: 'status' },
    { path: '/api/products/217', method: 'DELETE', status: 405, check: 'status' },
  ],
})

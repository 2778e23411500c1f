import { defineScenario } from '@arlen/perf'
import { SLACK } from './slack.ts'

export default defineScenario({
  about: 'a small JSON answer',
  app: 'gate/servers/hello.ts',
  slack: SLACK,
  request: '/api/hello',
})

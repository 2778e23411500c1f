import { defineScenario } from '@arlen/perf'

export default defineScenario({
  about: 'a small JSON answer',
  app: 'gate/servers/hello.ts',
  request: '/api/hello',
})

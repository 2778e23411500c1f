import { defineScenario } from '@arlen/perf'
import { SLACK } from './slack.ts'

export default defineScenario({
  about: 'a page of twenty products, by a template in its layout',
  app: 'gate/servers/page.ts',
  slack: SLACK,
  request: { path: '/', contains: '<h2>Grill 20</h2>' },
})

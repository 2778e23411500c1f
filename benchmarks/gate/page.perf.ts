import { defineScenario } from '@arlen/perf'

export default defineScenario({
  about: 'a page of twenty products, by a template in its layout',
  app: 'gate/servers/page.ts',
  request: { path: '/', contains: '<h2>Grill 20</h2>' },
})

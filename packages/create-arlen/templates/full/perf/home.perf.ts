import { defineScenario } from '@arlen/perf'

// What it may cost: `arlen check` fails on more.
export default defineScenario({
  about: 'the front page, for somebody who is not logged in',
  request: { path: '/', contains: '<h1>Hello.</h1>', check: 'status' },
  budget: { queries: 0 },
})

import { defineScenario } from '@arlen/perf'

// What it may cost: `arlen check` fails on more.
export default defineScenario({
  about: 'the front page, logged out',
  request: { path: '/', contains: '<h1>Hello.</h1>', check: 'status' },
  budget: { queries: 0 },
})

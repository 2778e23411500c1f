import { defineScenario } from '@arlen/perf'

export default defineScenario({ about: 'a greeting as JSON', request: '/hello/Ada' })

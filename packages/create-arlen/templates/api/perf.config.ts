import { definePerf } from '@arlen/perf'

export default definePerf({ scenarios: 'perf/*.perf.ts' })

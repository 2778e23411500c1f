import { failAtCall } from './fail-at-call.ts'

const [target = '', release = '', at = ''] = process.argv.slice(2)
const { activateRelease } = await import('../src/index.ts')
failAtCall(Number(at), 'kill')
await activateRelease({ target, release, canary: false, reload: 'none' })

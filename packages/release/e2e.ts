import { startEmbedded } from '@arlen/pg/embedded'

const s = await startEmbedded({ dir: '/tmp/e2e/pg', disposable: false })
console.log(s.dsn)
process.on('SIGTERM', () => s.stop().then(() => process.exit(0)))
setInterval(() => {}, 1000)

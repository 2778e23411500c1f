// `make site`: builds the documentation and serves it on the loopback. PORT is read from the environment.
import { serve } from 'vitepress'
import { buildSite } from './build.ts'

const port = Number(process.env.PORT ?? 4173)
if (await buildSite()) {
  await serve({ root: import.meta.dirname, port })
  console.log(`the documentation is at http://127.0.0.1:${port}/ (stop it with Ctrl-C)`)
} else process.exitCode = 1

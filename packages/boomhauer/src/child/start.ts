/** The first module of the application's process. It enables the compile cache for all modules loaded after it. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./main.ts')

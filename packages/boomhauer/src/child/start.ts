/** The first module of the application's process. What it loads next, and what the application loads, is compiled once. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./main.ts')

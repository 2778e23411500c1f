// Prints this version's change logs as release notes: each changed package under its name.
import { join } from 'node:path'
import { releaseNotes } from './change-logs.ts'

console.log(releaseNotes(join(import.meta.dirname, '../..')))

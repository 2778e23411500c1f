// Prints what this version's change logs say, as the notes of a release: each package that changed, under its name.
import { join } from 'node:path'
import { releaseNotes } from './change-logs.ts'

console.log(releaseNotes(join(import.meta.dirname, '../..')))

// Builds releases that differ as a JSON file says: its name, and the folder for the archives, are the arguments.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePackages } from '../bundle-packages.ts'
import { buildVersions, type Version } from './releases.ts'

const [file = '', folder = ''] = process.argv.slice(2)
bundlePackages()
const versions = JSON.parse(readFileSync(file, 'utf8')) as Version[]
await buildVersions(join(import.meta.dirname, '../../../../apps/strickland'), folder, versions)

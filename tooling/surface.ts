// Writes the report of each package's public surface, packages/*/api.md: `make surface`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPORT, readSurfaces, renderReport } from './surface/report.ts'

const root = join(import.meta.dirname, '..')
for (const surface of readSurfaces(root)) {
  writeFileSync(join(root, surface.folder, REPORT), renderReport(surface))
  const count = surface.entryPoints.reduce((sum, { exports }) => sum + exports.length, 0)
  console.log(`${surface.folder}/${REPORT}: ${count} exports`)
}

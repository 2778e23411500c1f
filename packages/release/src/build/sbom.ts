import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { listFiles } from '../manifest/list-files.ts'

const parseExpression = createRequire(import.meta.url)('spdx-expression-parse') as (text: string) => unknown // has no types

/** The file name of a release's software bill of materials: CycloneDX 1.6, JSON. */
export const SBOM = 'sbom.cdx.json'

interface InstalledPackage {
  name: string
  version: string
  license?: string
}

/** The packages installed in a release, each version once, sorted. */
export function installedPackages(out: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  for (const path of listFiles(out)) {
    if (!/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path)) continue
    const { name, version, license } = JSON.parse(readFileSync(join(out, path), 'utf8')) as Partial<InstalledPackage>
    if (name === undefined || version === undefined) continue // a folder that only sets the module type
    found.set(`${name}@${version}`, { name, version, ...(typeof license === 'string' && { license }) })
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

/**
 * Writes the software bill of materials of a release, without a serial number and with the commit's time, so that the same
 * release gives the same file. See https://cyclonedx.org/docs/1.6/json/.
 */
export async function writeSbom(
  out: string,
  application: { name: string; version: string },
  time: Date,
  packages: readonly InstalledPackage[],
): Promise<void> {
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      component: { type: 'application', ...application },
    },
    components: packages.map(({ name, version, license }) => {
      const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name]
      const purl = `pkg:npm/${scope ? `${encodeURIComponent(scope)}/` : ''}${bare}@${encodeURIComponent(version)}`
      return {
        type: 'library',
        'bom-ref': purl,
        ...(scope && { group: scope }),
        name: bare,
        version,
        ...(license && { licenses: [licenseOf(license)] }),
        purl,
      }
    }),
  }
  await writeFile(join(out, SBOM), `${JSON.stringify(bill, undefined, 2)}\n`)
}

/** A license as package.json names it: an SPDX expression, or else words such as `SEE LICENSE IN LICENSE.md`. */
function licenseOf(text: string): { expression: string } | { license: { name: string } } {
  try {
    parseExpression(text)
    return { expression: text }
  } catch {
    return { license: { name: text } }
  }
}

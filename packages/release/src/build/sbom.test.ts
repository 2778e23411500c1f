// The validator finds these by itself.
import 'ajv'
import 'ajv-formats'
import 'ajv-formats-draft2019'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { expect, test } from 'vitest'
import { temporaryFolder, writeFiles } from '../../test/support.ts'
import { installedPackages, SBOM, writeSbom } from './sbom.ts'

const TIME = new Date('2026-11-29T12:00:00Z')

async function billOf(packages: Readonly<Record<string, object>>): Promise<string> {
  const dir = temporaryFolder()
  const texts = Object.entries(packages).map(([path, content]) => [
    `node_modules/${path}/package.json`,
    JSON.stringify(content),
  ])
  writeFiles(dir, Object.fromEntries(texts))
  await writeSbom(dir, { name: 'shop', version: '1.0.0' }, TIME, installedPackages(dir))
  return readFileSync(join(dir, SBOM), 'utf8')
}

/** What the schema of CycloneDX has against a document; null if nothing. */
const faults = (text: string) => new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)

test('the bill of materials is valid, whatever packages call themselves and their license', async () => {
  const text = await billOf({
    a: { name: 'a', version: '1.0.0', license: 'MIT' },
    'a/node_modules/b': { name: 'b', version: '2.0.0-rc.1+build.5', license: '(MIT OR Apache-2.0)' },
    '@scope/c': { name: '@scope/c', version: '3.0.0', license: 'SEE LICENSE IN LICENSE.md' },
    d: { name: 'd', version: '1.0.0', license: { type: 'MIT', url: 'https://example.com' } },
    e: { name: 'e', version: '1.0.0', license: 'UNLICENSED' },
    'f/esm': { type: 'module' },
  })
  expect(await faults(text)).toBeNull()
  const { components } = JSON.parse(text) as { components: { name: string; purl: string; licenses?: object[] }[] }
  expect(components.map(({ purl, licenses }) => [purl, licenses?.[0]])).toEqual([
    ['pkg:npm/%40scope/c@3.0.0', { license: { name: 'SEE LICENSE IN LICENSE.md' } }],
    ['pkg:npm/a@1.0.0', { expression: 'MIT' }],
    ['pkg:npm/b@2.0.0-rc.1%2Bbuild.5', { expression: '(MIT OR Apache-2.0)' }],
    ['pkg:npm/d@1.0.0', undefined],
    ['pkg:npm/e@1.0.0', { license: { name: 'UNLICENSED' } }],
  ])
})

test('the schema has something against a bill that is wrong', async () => {
  const text = await billOf({ a: { name: 'a', version: '1.0.0', license: 'MIT' } })
  expect(await faults(text.replace('"library"', '"libary"'))).not.toBeNull()
})

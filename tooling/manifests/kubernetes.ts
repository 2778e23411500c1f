import { parseAllDocuments } from 'yaml'

/** A compiled schema of `kubernetes-models`, made from the OpenAPI document that Kubernetes publishes. */
type Validate = ((data: unknown) => boolean) & { errors?: readonly Finding[] | null }

/** A finding, with the keyword of JSON Schema that is not kept: `type`, `required`. */
interface Finding {
  instancePath: string
  keyword: string
  params: Readonly<Record<string, unknown>>
}

/** The schema of each kind that manifests of ours have. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'v1 Pod': 'IoK8sApiCoreV1Pod',
  'v1 Service': 'IoK8sApiCoreV1Service',
  'apps/v1 Deployment': 'IoK8sApiAppsV1Deployment',
  'batch/v1 Job': 'IoK8sApiBatchV1Job',
  'policy/v1 PodDisruptionBudget': 'IoK8sApiPolicyV1PodDisruptionBudget',
}

/**
 * Holds manifests against the published schemas, as `kubectl apply --validate=strict` does: wrong values, missing ones, and fields
 * that there are not.
 *
 * @returns what is wrong, one line each
 */
export async function problemsOfManifests(text: string): Promise<string[]> {
  const problems: string[] = []
  for (const document of parseAllDocuments(text)) {
    problems.push(...document.errors.map(({ message }) => message))
    const manifest = document.toJS() as { apiVersion?: string; kind?: string }
    const kind = `${manifest.apiVersion} ${manifest.kind}`
    const schema = SCHEMAS[kind]
    if (schema === undefined) problems.push(`there is no schema for ${kind}`)
    else problems.push(...(await problemsOf(manifest, schema)).map(problem => `${kind}${problem}`))
  }
  return problems
}

async function problemsOf(manifest: object, schema: string): Promise<string[]> {
  const { validate } = (await import(`kubernetes-models/_schemas/${schema}`)) as { validate: Validate }
  validate(manifest)
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${Object.values(params).join(', ')}`,
  )
  if (wrong.length > 0) return wrong
  const unknown = fieldsOf(manifest).filter(field => !isKnown(manifest, field, validate))
  return unknown.map(field => `/${field.join('/')} is no field of it`)
}

type Path = readonly string[]

/** The path of every field. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [[...path, key], ...fieldsOf(each, [...path, key])])
}

/** The schemas allow fields that they do not know: one that they know cannot be a function, of which they then complain. */
function isKnown(manifest: object, field: Path, validate: Validate): boolean {
  const changed = structuredClone(manifest)
  const parent = field.slice(0, -1).reduce<never>((value, key) => value[key], changed as never)
  ;(parent as Record<string, unknown>)[field.at(-1)!] = () => undefined
  validate(changed)
  const at = `/${field.map(key => key.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
  return (validate.errors ?? []).some(({ instancePath }) => instancePath === at)
}

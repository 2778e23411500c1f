import { parseAllDocuments } from 'yaml'
import { Container } from './container.ts'
import type { Image } from './image.ts'
import type { Machine } from './network.ts'

/** The parts of a pod's container that a kubelet acts on. */
export interface ContainerSpec {
  args?: readonly string[]
  command?: readonly string[]
  env?: readonly { name: string; value: string }[]
  volumeMounts?: readonly { mountPath: string }[]
  resources?: { limits?: { memory?: string } }
  readinessProbe?: { httpGet: { path: string }; periodSeconds: number; failureThreshold?: number }
  livenessProbe?: { httpGet: { path: string } }
  lifecycle?: { preStop?: { exec: { command: readonly string[] } } }
}

/** The parts of a pod. */
export interface PodSpec {
  terminationGracePeriodSeconds?: number
  securityContext?: { runAsUser?: number }
  containers: readonly [ContainerSpec]
}

/** The pod of a Deployment or a Job in a file of manifests. */
export function podOf(manifests: string, kind: 'Deployment' | 'Job'): PodSpec {
  const documents = parseAllDocuments(manifests).map(each => each.toJS() as Manifest)
  const found = documents.find(each => each.kind === kind)
  if (!found) throw new Error(`there is no ${kind}`)
  return found.spec.template.spec
}

interface Manifest {
  kind: string
  spec: { template: { spec: PodSpec } }
}

/** A pod as a kubelet runs it: one container, with what its manifest asks for. */
export class Pod {
  readonly container: Container
  readonly #spec: PodSpec

  /** @param secret - what the secret in `envFrom` holds */
  constructor(image: Image, spec: PodSpec, machine: Machine, secret: Readonly<Record<string, string>>) {
    const [asked] = spec.containers
    const env = Object.fromEntries((asked.env ?? []).map(({ name, value }) => [name, value]))
    const memoryBytes = bytesOf(asked.resources?.limits?.memory)
    this.#spec = spec
    this.container = new Container(image, {
      ...(asked.command && { command: asked.command }),
      ...(asked.args && { args: asked.args }),
      env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...secret, ...env },
      ...(spec.securityContext?.runAsUser !== undefined && { user: spec.securityContext.runAsUser }),
      tmpfs: (asked.volumeMounts ?? []).map(({ mountPath }) => mountPath),
      ...(memoryBytes !== undefined && { memoryBytes }),
      namespace: machine.namespace,
    })
  }

  /**
   * Its end as a kubelet brings it about when a pod is deleted or evicted: the preStop hook, SIGTERM, and SIGKILL when the grace
   * period, which began before the hook, is over. Resolves with how it ended.
   */
  async evict(): Promise<number | NodeJS.Signals> {
    const until = performance.now() + 1000 * (this.#spec.terminationGracePeriodSeconds ?? 30)
    const hook = this.#spec.containers[0].lifecycle?.preStop
    if (hook) await this.container.exec(hook.exec.command)
    return this.container.stop(until - performance.now())
  }
}

function bytesOf(quantity: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity ?? '') ?? []
  return number === undefined ? undefined : Number(number) * 2 ** (unit === 'Gi' ? 30 : 20)
}

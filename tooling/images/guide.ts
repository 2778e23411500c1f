import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const GUIDE = join(import.meta.dirname, '../../docs/deploy/containers.md')

/** What the guide on containers has in its fenced blocks. */
export interface Guide {
  dockerfile: string
  dockerignore: string
  pod: Pod
}

export interface Pod {
  kind: 'Pod'
  spec: {
    terminationGracePeriodSeconds: number
    containers: [
      {
        args: readonly string[]
        readinessProbe: { httpGet: { path: string; port: number }; periodSeconds: number; failureThreshold: number }
        livenessProbe: { httpGet: { path: string; port: number } }
        resources: { limits: { memory: string } }
        securityContext: { runAsUser: number; readOnlyRootFilesystem: boolean }
        volumeMounts: readonly { mountPath: string }[]
      },
    ]
  }
}

export function readGuide(): Guide {
  const text = readFileSync(GUIDE, 'utf8')
  const block = (start: RegExp) => {
    const found = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].find(([, body]) => start.test(body!))
    if (!found) throw new Error(`${GUIDE} has no block that begins with ${start.source}`)
    return found[1]!
  }
  return {
    dockerfile: block(/^FROM /),
    dockerignore: block(/^# \.dockerignore/),
    pod: parse(block(/^# Kubernetes/)) as Pod,
  }
}

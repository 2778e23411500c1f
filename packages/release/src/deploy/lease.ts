import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { releaseError } from '../errors.ts'
import { userName } from '../target/lock.ts'
import { type Host, lastWords, quote } from './host.ts'
import { failure } from './roll.ts'

const HEARTBEAT_MS = 5000

// Holds a name of the host's kernel, which is free again at once when this process is gone. It ends with the connection, and where
// that broke silently, because heartbeats are missing. Systems other than Linux have no such names, and do without.
const HOLD = [
  "const net=require('node:net')",
  'const[,folder,holder]=process.argv',
  "const hash=require('node:crypto').createHash('sha256').update(folder).digest('hex')",
  "const name='\\0arlen-deploy-'+hash",
  "const taken=who=>{console.log('taken '+who);process.exit(9)}",
  "const ask=()=>net.connect(name).on('data',data=>taken(data)).on('error',()=>taken('unknown'))",
  'const server=net.createServer(peer=>peer.on("error",()=>{}).end(holder))',
  "server.on('error',error=>error.code==='EADDRINUSE'?ask():console.log('held'))",
  "server.listen(name,()=>console.log('held'))",
  'let timer',
  'const lives=()=>{clearTimeout(timer);timer=setTimeout(()=>process.exit(),30000)}',
  'lives()',
  "process.stdin.on('data',lives).on('close',()=>process.exit()).on('end',()=>process.exit())",
].join(';')

/** Runs `fn` as the only deployment to these hosts. */
export async function underLease<T>(
  hosts: readonly Host[],
  what: string,
  dryRun: boolean,
  fn: () => Promise<T>,
): Promise<T> {
  if (dryRun) return fn()
  const [lead] = hosts
  let began = false
  return withLease(lead!, what, () => {
    began = true
    return fn()
  }).catch(error => {
    if (began || (error as { code?: string }).code === 'deploy_locked') throw error
    return failure('No host was switched.')(error)
  })
}

/**
 * Runs `fn` as the only deployment to a target, by a connection to one of its hosts that stays open meanwhile. When this machine dies,
 * the next deployment can begin.
 *
 * @throws deploy_locked with who deploys; an Error if the host is not reached
 */
async function withLease<T>(host: Host, what: string, fn: () => Promise<T>): Promise<T> {
  const holder = `${userName()}@${hostname()}, ${what}, since ${new Date().toISOString()}`
  const script = `${quote(host.node)} -e ${quote(HOLD)} ${quote(host.path)} ${quote(holder)}`
  const [file, ...args] = host.commandFor(script)
  const child = spawn(file!, args, { stdio: 'pipe' })
  const output = { stdout: '', stderr: '' }
  const closed = new Promise<number>(resolve => {
    child.once('error', error => {
      output.stderr += error.message
      resolve(127)
    })
    child.once('close', code => resolve(code ?? 255))
  })
  child.stdin.on('error', () => undefined) // the connection broke; the work continues
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const held = new Promise<void>(resolve => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      if (/^held$/m.test(output.stdout)) resolve()
    })
  })
  const code = await Promise.race([held, closed])
  if (code !== undefined) {
    const taken = /^taken (.*)$/m.exec(output.stdout)?.[1]
    if (taken !== undefined) throw releaseError('deploy_locked', { holder: taken })
    throw new Error(`${host.name} is not reached: ${lastWords({ code, ...output })}`)
  }
  const heartbeat = setInterval(() => child.stdin.write('.'), HEARTBEAT_MS)
  try {
    return await fn()
  } finally {
    clearInterval(heartbeat)
    child.stdin.end()
    await closed
  }
}

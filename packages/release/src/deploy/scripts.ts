import { join } from 'node:path'
import type { ArchiveFacts } from '../build/inspect-archive.ts'
import { findSigner, type Signatures } from '../signature/find-signer.ts'
import type { DeployTarget } from './define-deploy.ts'
import { type Host, quote } from './host.ts'

// Checks the archive, and its signature if the target has keys, before anything is unpacked. Runs on the host, which may lack
// zstd and sha256sum.
const UNPACK = [
  "const fs=require('node:fs'),crypto=require('node:crypto')",
  `const findSigner=${findSigner}`,
  'const[,file,wanted,keys,openssl,minisign]=process.argv',
  'const fail=why=>{console.error(why);process.exit(9)}',
  'const content=fs.readFileSync(file)',
  "if(crypto.createHash('sha256').update(content).digest('hex')!==wanted)fail('the archive did not arrive whole')",
  "const signatures={openssl:Buffer.from(openssl,'base64'),minisign:String(Buffer.from(minisign,'base64'))}",
  'const signer=()=>{try{return findSigner(content,keys,signatures)}catch(error){return fail(error.message)}}',
  'const{trusted,signer:name}=signer()',
  "if(trusted>0&&name===undefined)fail('the archive is not signed by a key in '+keys)",
  "fs.createReadStream(file).pipe(require('node:zlib').createZstdDecompress()).pipe(process.stdout)",
].join('\n')

// Asks until there is a good answer, and says what the last one was.
const HEALTH = [
  'const[,url,timeoutMs]=process.argv',
  'const end=performance.now()+Number(timeoutMs)',
  "const wait=()=>new Promise(resolve=>setTimeout(resolve,200)),ask=()=>fetch(url,{redirect:'manual',signal:AbortSignal.timeout(5000)})",
  "const said=async r=>r.ok?process.exit(0):r.status+': '+(await r.text()).slice(0,500)",
  "const one=async()=>ask().then(said).catch(e=>'no answer ('+(e.cause?.code??e.message)+')')",
  "const all=async()=>{for(;;){const last=await one();if(performance.now()>end){console.error(url+' answered '+last);process.exit(1)}await wait()}}",
  'all()',
].join(';')

/** As root where this user is not, if sudo asks nothing. */
export const AS_ROOT = 'as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }'

// Two releases of one id are the same if their manifests are.
const DIGEST = "console.log(require('node:crypto').hash('sha256',require('node:fs').readFileSync(process.argv[1])))"

/** The archive of a release, as it is brought to hosts. */
export interface DeployArchive extends ArchiveFacts {
  file: string
  /** In hexadecimal. */
  sha256: string
  signatures: Signatures
}

/** What brings a release to a host, as shell commands. */
export interface UploadScripts {
  /** Prints the SHA-256 of the manifest of the release by this id, or `none`. */
  whatIsThere: string
  upload: string
  unpack: string
  cleanUp: string
  verify: string
}

export function uploadScripts(host: Host, { id, sha256, signatures }: DeployArchive): UploadScripts {
  const path = quote(host.path)
  const release = quote(join(host.path, 'releases', id))
  const archive = quote(join(host.path, '.arlen', `${id}.tar.zst`))
  const incoming = quote(join(host.path, 'releases', `.incoming-${id}`))
  const keys = quote(join(host.path, 'shared/keys'))
  const inBase64 = [signatures.openssl, Buffer.from(signatures.minisign)].map(bytes => quote(bytes.toString('base64')))
  return {
    whatIsThere: `if [ -f ${release}/manifest.json ]; then ${quote(host.node)} -e ${quote(DIGEST)} ${release}/manifest.json; else echo none; fi`,
    // What a broken connection left goes first: it may be what filled the disk.
    upload: `test -d ${path}/.arlen && rm -f ${archive}.partial && cat > ${archive}.partial && mv ${archive}.partial ${archive}`,
    // Only a complete release gets the name of one.
    unpack: [
      `if [ -d ${incoming} ]; then chmod -R u+w ${incoming} && rm -rf ${incoming}; fi && mkdir ${incoming}`,
      `{ ${quote(host.node)} -e ${quote(UNPACK)} ${archive} ${sha256} ${keys} ${inBase64.join(' ')} || echo failed > ${incoming}/failed; } | tar -x -f - -C ${incoming}`,
      `test ! -e ${incoming}/failed && chmod u+w ${incoming}/${quote(id)} && mv ${incoming}/${quote(id)} ${release}`,
      `chmod 555 ${release} && rmdir ${incoming} && rm ${archive}`,
    ].join(' && '),
    // A host without room for a release has room for the message.
    cleanUp: `rm -f ${archive}.partial ${archive}; if [ -d ${incoming} ]; then chmod -R u+w ${incoming} && rm -rf ${incoming}; fi`,
    verify: `${quote(host.node)} ${release}/bin/app release verify ${quote(id)} --target ${path}`,
  }
}

/** What switches a host, as shell commands; undefined where there is nothing to do. */
export interface SwitchScripts {
  beforeActivate: string | undefined
  activate: string
  start: string | undefined
  health: string | undefined
  afterActivate: string | undefined
}

export function switchScripts(target: DeployTarget, host: Host, id: string): SwitchScripts {
  const { hooks = {}, timeoutMs = 60_000 } = target
  const inTarget = (command: string) =>
    `cd ${quote(host.path)} && export ARLEN_RELEASE=${quote(id)} ARLEN_TARGET=${quote(host.path)} && ${command}`
  return {
    beforeActivate: hooks.beforeActivate && inTarget(hooks.beforeActivate),
    activate: switchScript(target, host, 'activate', id, id),
    // Where nothing runs yet, there was nothing to reload.
    start:
      host.unit && host.reload === 'auto'
        ? `${AS_ROOT}; systemctl is-active --quiet ${quote(host.unit)} || as_root systemctl start ${quote(host.unit)}`
        : undefined,
    health:
      host.healthUrl && `${quote(host.node)} -e ${quote(HEALTH)} ${quote(host.healthUrl)} ${Math.ceil(timeoutMs)}`,
    afterActivate: hooks.afterActivate && inTarget(hooks.afterActivate),
  }
}

/**
 * Switches to a release by the command of another one, or of its own.
 *
 * @param by - the release whose command is used: the newer one, for the older one may know less
 */
export function switchScript(
  target: DeployTarget,
  host: Host,
  action: 'activate' | 'rollback',
  by: string,
  id: string,
): string {
  const { environment = 'production', requests = [], timeoutMs = 60_000, watch } = target
  const words = [...releaseCommand(host, by), action, id, '--target', host.path]
  words.push('--env', environment, '--reload', host.reload, '--timeout', String(timeoutMs / 1000), '--json')
  if (host.roles.includes('web')) for (const path of requests) words.push('--request', path)
  if (watch) {
    words.push('--watch', String(watch.forMs / 1000))
    if (watch.maxErrorRate !== undefined) words.push('--max-error-rate', String(watch.maxErrorRate * 100))
  }
  return words.map(quote).join(' ')
}

/** The words of `arlen release` on a host, by the command of a release there. */
function releaseCommand(host: Host, by: string): string[] {
  return [host.node, join(host.path, 'releases', by, 'bin/app'), 'release']
}

/** The same by the command of the release that runs. */
export function currentCommand(host: Host, ...words: readonly string[]): string {
  return [host.node, join(host.path, 'current/bin/app'), ...words].map(quote).join(' ')
}

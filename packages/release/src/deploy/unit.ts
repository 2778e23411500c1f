import { join } from 'node:path'
import type { Host } from './host.ts'

/** Facts about a host that its unit needs. */
export interface UnitFacts {
  /** Who logs in, and runs the application. */
  user: string
  /** The folder of its Node.js. */
  nodeFolder: string
}

/** The systemd unit of an application that is released to a target. Its commands go through the link that a release switches. */
export function unitText(host: Host, { user, nodeFolder }: UnitFacts): string {
  const current = join(host.path, 'current')
  const isServer = host.start === 'bin/app start'
  // propane says itself when it is ready, reloads and stops; it does so by a child of its own: hence `all`.
  const type = isServer ? ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=30'] : ['Type=exec']
  // Waits for the outcome, and fails when the new release does not start.
  const reload = isServer ? [`ExecReload=${current}/bin/app reload`] : []
  return `${[
    '[Unit]',
    `Description=${host.unit}, by arlen deploy`,
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    ...type,
    `Environment=PATH=${nodeFolder}:/usr/local/bin:/usr/bin:/bin`,
    `ExecStart=${join(current, host.start)}`,
    ...reload,
    `User=${user}`,
    `WorkingDirectory=${current}`,
    `RuntimeDirectory=${host.unit}`,
    // Node.js keeps compiled code there, so that workers start sooner. It may be removed at any time.
    `CacheDirectory=${host.unit}`,
    `Environment=NODE_COMPILE_CACHE=/var/cache/${host.unit}`,
    'KillMode=mixed',
    'TimeoutStartSec=90',
    'TimeoutStopSec=60',
    'Restart=on-failure',
    'RestartSec=1',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    `ReadWritePaths=${join(host.path, 'shared')}`,
    'PrivateTmp=yes',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`
}

/** The socket of the unit: systemd keeps it, so that connections queue even while the application is restarted. */
export function socketText(host: Host, listen: string): string {
  return `[Unit]\nDescription=Socket of ${host.unit}, by arlen deploy\n\n[Socket]\nListenStream=${listen}\nBacklog=1024\n\n[Install]\nWantedBy=sockets.target\n`
}

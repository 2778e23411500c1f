import { defineErrors, type ErrorFactory } from '@arlen/core/error-table'

const table = {
  app_missing: {
    message: '{root} is not an application: it has no {file}.',
    remedy: 'Run this in the folder of an application, or give --root.',
  },
  package_invalid: { message: '{root}/package.json is not valid JSON: {reason}' },
  archive_missing: {
    message: 'There is no archive or release at {file}.',
    remedy: 'Write one with arlen release build --archive.',
  },
  tree_dirty: {
    message: '{root} has uncommitted changes: {files}.',
    remedy: 'Commit or stash them, or pass allowDirty (--allow-dirty), which marks the release as dirty.',
  },
  commit_missing: {
    message: '{root} is in a Git repository without a commit.',
    remedy: 'Commit the application, or pass allowDirty (--allow-dirty), which marks the release as dirty.',
  },
  git_failed: { message: 'git {command} failed in {root}: {reason}' },
  source_invalid: { message: '{file} cannot be stripped of its types: {reason}' },
  source_collision: { message: '{first} and {second} would both become {file} in the release.', remedy: 'Rename one.' },
  source_unsupported: { message: '{file}: {reason}' },
  import_missing: { message: '{file}:{line} imports {specifier}, which is not part of the release.{hint}' },
  link_outside: {
    message: '{path} is a link to {link}, which is not in the release.',
    remedy: 'Copy what it leads to, or leave it out with --exclude.',
  },
  link_broken: {
    message: '{path} is a link to {link}, which is not there.',
    remedy:
      'Commit or include what it leads to, by the name that it has in the release, or leave the link out with --exclude.',
  },
  lockfile_missing: {
    message: '{root} has no lock file (package-lock.json or pnpm-lock.yaml), so its dependencies are not fixed.',
    remedy: 'Run npm install or pnpm install, and commit the file.',
  },
  manager_unsupported: { message: '{file}: releases are built with npm or pnpm, not {manager}.' },
  install_failed: { message: '{command} failed in {root}:\n{output}' },
  platform_unknown: {
    message: 'There is no platform {name}.',
    remedy: 'Name an operating system and a processor, such as linux-x64, linux-arm64, linux-x64-musl, darwin-arm64.',
  },
  platform_missing: {
    message: '{name} has no native module for {platform} in the lock file or in the package.',
    remedy: 'Build the release on such a machine.',
  },
  platforms_differ: {
    message: 'node_modules/{path} is another file for {platform}.',
    remedy: 'Build a release for each platform.',
  },
  cli_missing: {
    message: '{root}/package.json does not list @arlen/cli in dependencies.',
    remedy: 'A release starts, migrates and checks itself with it: move it there from devDependencies.',
  },
  release_exists: {
    message: '{dir} exists, and this build differs from it: {difference}.',
    remedy: 'Releases never change: remove it, or build from another commit.',
  },
  release_differs: {
    message: '{where} has another release {id}.',
    remedy: 'Releases never change: remove {dir} there if it does not run, or build from another commit.',
  },
  manifest_missing: { message: '{dir} is not a release: it has no manifest.json.' },
  manifest_invalid: { message: '{file} is not a valid manifest: {reason}' },
  release_changed: { message: '{dir} is not as it was built: {problems}' },
  archive_invalid: { message: '{file} cannot be unpacked: {reason}' },
  checksum_wrong: { message: '{file} does not match {checksumFile}.', remedy: 'Copy it again.' },
  checksum_missing: { message: '{file} has no checksum file next to it ({checksumFile}).', remedy: 'Copy both files.' },
  signing_key_invalid: {
    message: '{file} cannot sign: {reason}.',
    remedy: 'It must be a private Ed25519 key of openssl or minisign.',
  },
  signing_password_missing: { message: '{file} is encrypted.', remedy: 'Set its password in ARLEN_SIGN_PASSWORD.' },
  signing_password_wrong: { message: 'The password does not open {file}.' },
  trusted_key_invalid: {
    message: '{reason}.',
    remedy: 'Every file there must be a public key that the target trusts.',
  },
  signature_missing: {
    message: '{file} is not signed (no .sig or .minisig next to it), but {keys} lists trusted keys.',
  },
  signature_wrong: { message: 'None of the keys in {keys} matches the signature of {file}.' },
  target_missing: { message: '{dir} is not a target.', remedy: 'Create it with arlen release init.' },
  target_locked: { message: 'Another command works on this target: {holder}.', remedy: '{advice}' },
  current_invalid: {
    message: '{file} is not a link to a release.',
    remedy: 'Move it away, or let it lead to one below releases/.',
  },
  release_unknown: { message: 'This target has no release {id}. It has: {known}.' },
  release_running: { message: '{id} is already the running release.' },
  no_previous: { message: 'There is no release to go back to.' },
  node_unfit: { message: '{id} needs Node.js {range}; this is {version}.' },
  platform_unfit: {
    message: '{id} contains native modules for {wanted}; this is {found}.',
    remedy: 'Build it on such a machine, or with --platform {found}.',
  },
  config_invalid: {
    message: 'The configuration of {id} is not complete on this machine, whose variables are in {file}: {reason}',
  },
  contract_in_between: {
    message:
      '{contract} removes something that an older release may use, and {expand} comes after it. Put {contract} in a release of its own: activate a release up to the file before it, run arlen release contract, then activate this one. If no older release runs anywhere, apply everything with bin/app migrate of this one.',
  },
  contract_not_applied: { message: '{reason}' },
  rollback_forbidden: { message: '{id} can no longer run: {steps} removed something it uses.{possible}' },
  schema_ahead: {
    message: 'The database has migrations that {id} does not know: {steps}.',
    remedy: 'Build a release that has them, or go back with arlen release rollback.',
  },
  canary_failed: { message: '{id} does not work: {reason}. The running release was not touched.{log}' },
  reload_failed: { message: '{id} did not come up: {reason}. {outcome}' },
  watch_impossible: { message: 'The errors after the switch cannot be watched: {reason}. Nothing was switched.' },
  errors_rose: { message: '{id} was running, and errors rose: {reason}. {outcome}' },
  host_unknown: { message: 'config/deploy.ts has no host or role {name}; it has {known}.' },
  hosts_differ: { message: 'The hosts do not agree: {what}. {advice}' },
  deploy_locked: { message: 'Another deployment to this target is under way: {holder}. Wait for it to end.' },
  log_unknown: { message: 'Where {host} keeps its log is not known. Set unit or logFile of the target.' },
  deploy_failed: { message: '{reason}{outcome}' },
  step_failed: { message: '{step}: {reason}. {outcome}' },
} as const

/** Every error of @arlen/release. */
export const releaseError: ErrorFactory<keyof typeof table> = defineErrors(table)

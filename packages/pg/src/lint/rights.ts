import { afterRelease, type Check, type Context } from './fault.ts'
import { objectName, quoteName, relationName } from './identifiers.ts'
import { kindOf } from './objects.ts'
import { list, type Tree, tree } from './parser.ts'

/** Statements about roles, rights and policies. */
export const RIGHTS: Readonly<Record<string, Check>> = {
  GrantStmt: ({ node, text }, context) =>
    node.is_grant === true || node.grant_option === true || areNew(node, context)
      ? []
      : [{ rule: 'revoke', recipe: afterRelease('revoke', text) }],
  GrantRoleStmt: ({ node, text }) =>
    node.is_grant === true ? [] : [{ rule: 'revoke', recipe: afterRelease('revoke', text) }],
  DropRoleStmt: ({ node, text }, { created }) => {
    const old = list(node.roles).some(each => !created.has(`role ${tree(each.RoleSpec).rolename}`))
    return old ? [{ rule: 'drop_object', recipe: afterRelease('drop_object', text) }] : []
  },
  DropOwnedStmt: ({ text }) => [
    { rule: 'drop_owned', on: 'everything it owns', recipe: afterRelease('drop_owned', text) },
  ],
  DropUserMappingStmt: ({ text }) => [{ rule: 'drop_object', recipe: afterRelease('drop_object', text) }],
  AlterPolicyStmt: checkPolicy,
  // A permissive policy only lets more in.
  CreatePolicyStmt: (statement, context) => (statement.node.permissive === true ? [] : checkPolicy(statement, context)),
}

function checkPolicy({ node, text }: Parameters<Check>[0], { created }: Context): ReturnType<Check> {
  const table = relationName(node.table)
  if (created.has(`relation ${table}`) || created.has(`policy ${table}.${node.policy_name}`)) return []
  return [{ rule: 'change_policy', on: quoteName(table), recipe: afterRelease('change_policy', text) }]
}

/** Whether this migration has made all that a GRANT or REVOKE names. */
function areNew({ objtype, objects }: Tree, { created }: Context): boolean {
  const named = list(objects)
  const kind = kindOf(objtype)
  const nameOf = (object: Tree) => (object.RangeVar ? relationName(object.RangeVar) : objectName(object))
  return named.length > 0 && named.every(object => created.has(`${kind} ${nameOf(object)}`))
}

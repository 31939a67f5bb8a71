// Leave to take copies out of Front Door, and to do nothing else there: no role of Azure is that small.
targetScope = 'subscription'
param name string

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'purge')
  properties: {
    roleName: '${name} purges Front Door'
    description: 'Takes copies of answers out of an endpoint of Front Door.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: ['Microsoft.Cdn/profiles/afdEndpoints/purge/action'], notActions: [] }]
  }
}

output id string = role.id

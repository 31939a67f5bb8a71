// Who the workflows are: an identity without a secret, which Azure believes when GitHub says that a run is in one of these environments.
targetScope = 'subscription'

@description('Such as AMackProjekt/tools-inc-api.')
param repository string
@minLength(3)
@maxLength(10)
param name string
@allowed(['eastus2', 'centralus', 'southcentralus', 'westus2', 'westus3'])
param location string
@description('Environments of the repository. Let people approve what runs in them.')
param environments string[] = ['production']

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${name}-delivery'
  location: location
}

module identity 'identity.bicep' = {
  scope: group
  name: 'identity'
  params: { name: '${name}-delivery', location: location, repository: repository, environments: environments }
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, group.id, 'contributor')
  properties: {
    principalId: identity.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')
  }
}

// Role Based Access Control Administrator, of the roles that the templates give and of no other: it cannot make itself owner.
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, group.id, 'roles')
  properties: {
    principalId: identity.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'f58310d9-a9f6-439a-9e8d-f62e7b41a168')
    conditionVersion: '2.0'
    condition: '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/write\'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${join(given, ', ')}})) AND ((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/delete\'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${join(given, ', ')}}))'
  }
}

// The workflows give it, and may not make it.
module purgeRole '../modules/purge-role.bicep' = {
  name: 'purge-role'
  params: { name: name }
}

var given = [
  guid(subscription().id, name, 'purge')
  '3913510d-42f4-4e42-8a64-420c390055eb'
  '4633458b-17de-408a-b874-0445c86b69e6'
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
  '09976791-48a7-449e-bb21-39d1a415f350'
]

output AZURE_CLIENT_ID string = identity.outputs.clientId
output AZURE_PRINCIPAL_ID string = identity.outputs.principalId
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_SUBSCRIPTION_ID string = subscription().subscriptionId

param name string
param location string
param repository string
param environments string[]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
}

@batchSize(1)
resource trusted 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [
  for each in environments: {
    parent: identity
    name: each
    properties: {
      issuer: 'https://token.actions.githubusercontent.com'
      subject: 'repo:${repository}:environment:${each}'
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId

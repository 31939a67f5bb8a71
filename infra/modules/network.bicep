// The network of one region. The app leaves by one subnet; private endpoints stand in the other.
param name string
param location string
param tags object
@description('What the subnet of the app is delegated to.')
@allowed(['Microsoft.Web/serverFarms', 'Microsoft.App/environments'])
param delegation string
@description('Where no private endpoints are: services let in this subnet, and nothing else.')
param serviceEndpoints string[]
param logsId string
@description('10.NUMBER.0.0/16.')
param number int

// Nothing of the app is reached by its network: what comes, comes by the front of App Service.
resource appRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}-app-rules'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nothing-comes-from-elsewhere'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}-endpoint-rules'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'the-app-comes'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.${number}.0.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.${number}.1.0/24'
          destinationPortRanges: ['443', '1433', '10000', '11000-11999']
        }
      }
      {
        name: 'nothing-comes-from-elsewhere'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${name}-net'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.${number}.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.${number}.0.0/24'
          delegations: [{ name: 'app', properties: { serviceName: delegation } }]
          networkSecurityGroup: { id: appRules.id }
          serviceEndpoints: [for service in serviceEndpoints: { service: service }]
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.${number}.1.0/24'
          networkSecurityGroup: { id: endpointRules.id }
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }
}

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: network
  properties: { workspaceId: logsId, metrics: [{ category: 'AllMetrics', enabled: true }] }
}

output id string = network.id
output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/endpoints'

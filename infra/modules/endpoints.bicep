// Private endpoints of one region, with the names that lead to them. Zones belong to a resource group: two regions need two.
@description('A service that is reached only from within: what it is called here, its id, the part of it, and the zone of its names.')
type Endpoint = {
  name: string
  serviceId: string
  part: string
  zone: string
}

param name string
param location string
param tags object
param networkId string
param subnetId string
param endpoints Endpoint[]
@description('Each zone once.')
param zones string[]

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for each in zones: {
    name: each
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (each, at) in zones: {
    parent: zone[at]
    name: '${name}-net'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for each in endpoints: {
    name: '${name}-${each.name}-pe'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      customNetworkInterfaceName: '${name}-${each.name}-nic'
      privateLinkServiceConnections: [
        { name: each.name, properties: { privateLinkServiceId: each.serviceId, groupIds: [each.part] } }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (each, at) in endpoints: {
    parent: endpoint[at]
    name: 'names'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: each.name
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', each.zone) }
        }
      ]
    }
    dependsOn: [zone]
  }
]

"""Events between services: written with the change they tell of, published in order, applied once.

``outbox``   what was announced, kept until the server has it      ``relay``    publishes it
``pull``     fetches as soon as something is there                 ``consumer`` applies each event once
``parking``  what could not be applied, kept where people see it   ``link``     a service's connection and durables
``keeping``  what only a newer release can read
"""
